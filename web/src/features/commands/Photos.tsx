// Pictures and videos of a task; what an id stands for is known only once it is here.
import { useState } from "react";
import { photoAddress } from "../../actions/read";
import { i18n } from "../../i18n/i18n";

export function Photos({ photos }: { photos: string[] }) {
  return (
    <div className="empty acts">
      {photos.map((photo) => (
        <Photo key={photo} photo={photo} />
      ))}
    </div>
  );
}

function Photo({ photo }: { photo: string }) {
  const [film, setFilm] = useState(false);
  const address = photoAddress(photo);
  if (film)
    return (
      // biome-ignore lint/a11y/useMediaCaption: nobody writes captions in a flood
      <video
        className="photo"
        src={address}
        controls
        preload="metadata"
        aria-label={i18n.t("现场录像")}
        data-testid="film"
      />
    );
  return (
    <a href={address} target="_blank" rel="noreferrer">
      <img
        className="photo"
        src={address}
        alt={i18n.t("现场照片")}
        onError={() => setFilm(true)}
        data-testid="photo"
      />
    </a>
  );
}

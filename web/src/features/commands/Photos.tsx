// Pictures and videos of a task; what an id stands for is known only once it is here.
import { useState } from "react";
import { photoAddress } from "../../actions/read";
import { i18n } from "../../i18n/i18n";
import { Button } from "../../ui/Button";

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
  const [as, setAs] = useState<"picture" | "film" | "nothing">("picture");
  const address = photoAddress(photo);
  if (as === "nothing")
    return (
      <Button small onPress={() => setAs("picture")} testId="photo-again">
        {i18n.t("没有取到，再试一次")}
      </Button>
    );
  if (as === "film")
    return (
      // biome-ignore lint/a11y/useMediaCaption: nobody writes captions in a flood
      <video
        className="photo"
        src={address}
        controls
        preload="metadata"
        aria-label={i18n.t("现场录像")}
        onError={() => setAs("nothing")}
        data-testid="film"
      />
    );
  return (
    <a href={address} target="_blank" rel="noreferrer">
      <img
        className="photo"
        src={address}
        alt={i18n.t("现场照片")}
        onError={() => setAs("film")}
        data-testid="photo"
      />
    </a>
  );
}

// Camera first: pictures and a short video of a task. Each is kept in this phone the moment it is taken,
// so that a page that the phone closes for its camera, or a sheet that is left, loses none.
import { useEffect, useRef, useState } from "react";
import { leaveOut, MOST_VIDEO_MB, NotTaken, type Shot, shotsOf, take } from "../../actions/photo";
import { i18n } from "../../i18n/i18n";
import type { Behind } from "../../state/headcount";
import { placeWords, takenWords } from "../marks/shotWords";
import { bytes } from "./photoWords";

/** As many as one report takes. */
const MOST = 12;

/** The pictures of a task that belong to no report yet; those of people left behind only where they are counted. */
export function useShots(task: string, counts = false) {
  const [shots, setShots] = useState<Shot[]>([]);
  useEffect(() => {
    void shotsOf(task).then((list) => setShots(list.filter((one) => counts || !one.behind)));
  }, [task, counts]);
  return [shots, setShots] as const;
}

/** Those that stand for people of this village who are left behind. */
export function picturesFor(shots: readonly Shot[], { village, why }: Behind): Shot[] {
  return shots.filter(({ behind }) => behind?.village === village && behind.why === why);
}

interface PhotoFieldProps {
  task: string;
  /** All pictures of the report. */
  shots: Shot[];
  onChange: (change: (before: Shot[]) => Shot[]) => void;
  /** Pictures of people who are left behind, instead of their names: a camera and nothing else. */
  behind?: Behind;
}

export function PhotoField({ task, shots: all, onChange, behind }: PhotoFieldProps) {
  const [bad, setBad] = useState<string | null>(null);
  const [busy, setBusy] = useState(0);
  const shots = behind ? picturesFor(all, behind) : all.filter((one) => one.behind === null);
  const add = async (files: FileList | null) => {
    setBad(null);
    for (const file of [...(files ?? [])].slice(0, MOST - all.length)) {
      setBusy((n) => n + 1);
      try {
        const shot = await take(file, task, behind);
        onChange((before) => [...before, shot]);
      } catch (error) {
        setBad(whyNot(error instanceof NotTaken ? error.why : "unreadable", file));
      }
      setBusy((n) => n - 1);
    }
  };
  const full = all.length >= MOST;
  const picks = behind ? (
    <Pick
      words={i18n.t("不知道名字，拍一张")}
      accept="image/*"
      thin
      disabled={full}
      onFiles={add}
      testId={`behind-${behind.why}`}
    />
  ) : (
    <div className="grid">
      <Pick
        words={shots.length === 0 ? i18n.t("拍照") : i18n.t("再拍一张")}
        accept="image/*"
        disabled={full}
        onFiles={add}
        testId="photo-input"
      />
      <Pick
        words={i18n.t("录像")}
        accept="video/*"
        disabled={full}
        onFiles={add}
        testId="video-input"
      />
      <Pick
        words={i18n.t("从手机里选")}
        accept="image/*,video/*"
        thin
        album
        disabled={full}
        onFiles={add}
        testId="file-input"
      />
    </div>
  );
  return (
    <>
      {picks}
      {busy > 0 ? <p className="s i2">{i18n.t("正在整理照片…")}</p> : null}
      {bad ? (
        <p className="bad" role="alert" data-testid="photo-bad">
          {bad}
        </p>
      ) : null}
      {shots.length > 0 ? (
        <ul className="shots">
          {shots.map((shot) => (
            <Preview
              key={shot.id}
              shot={shot}
              onDrop={() => {
                void leaveOut(shot.id);
                onChange((before) => before.filter((one) => one.id !== shot.id));
              }}
            />
          ))}
        </ul>
      ) : null}
    </>
  );
}

interface PickProps {
  words: string;
  accept: string;
  /** What is in the phone already, not the camera. */
  album?: boolean;
  /** One line over the whole width. */
  thin?: boolean;
  disabled: boolean;
  onFiles: (files: FileList | null) => Promise<void>;
  testId: string;
}

function Pick({ words, accept, album, thin, disabled, onFiles, testId }: PickProps) {
  return (
    <label className={`pick${thin ? " thin" : ""}`}>
      {words}
      <input
        className="vh"
        type="file"
        accept={accept}
        {...(album ? { multiple: true } : { capture: "environment" as const })}
        disabled={disabled}
        onChange={async ({ target }) => {
          await onFiles(target.files);
          // The same file again is a choice again.
          target.value = "";
        }}
        data-testid={testId}
      />
    </label>
  );
}

function Preview({ shot, onDrop }: { shot: Shot; onDrop: () => void }) {
  const image = useRef<HTMLImageElement>(null);
  const film = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(shot.blob);
    if (image.current) image.current.src = url;
    if (film.current) film.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [shot.blob]);
  return (
    <li>
      {shot.video ? (
        <video ref={film} muted playsInline preload="metadata" data-testid="video-preview" />
      ) : (
        <img ref={image} alt={i18n.t("现场照片")} data-testid="photo-preview" />
      )}
      <span className="s">
        {takenWords(shot.taken)}
        <br />
        {placeWords(shot.place)}
        <br />
        {bytes(shot.blob.size)}
      </span>
      <button type="button" className="drop" onClick={onDrop} data-testid="photo-drop">
        {i18n.t("不要")}
      </button>
    </li>
  );
}

function whyNot(why: NotTaken["why"], file: File): string {
  switch (why) {
    case "large":
      return i18n.t("这段录像 {size}，最多 {most} MB。请拍短一点。", {
        size: bytes(file.size),
        most: MOST_VIDEO_MB,
      });
    case "full":
      return i18n.t("手机快满了，这张存不下。可以先报，腾出地方再拍。");
    case "unreadable":
      return file.type.startsWith("video/")
        ? i18n.t("这段录像打不开，请重新录。")
        : i18n.t("这张照片打不开，请换一张。");
  }
}

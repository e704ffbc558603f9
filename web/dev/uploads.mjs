// Pictures in pieces, as the program takes them. For pictures of the wait: `pieces` are taken and no more,
// `refuse` says no to all.
import { createHash } from "node:crypto";

const PIECE_BYTES = 32 * 1024;

export function makeUploads(seal) {
  const kept = new Map();
  const held = { pieces: Number.POSITIVE_INFINITY, refuse: false };
  const view = ({ bytes, size, blob }, upload) => ({
    upload,
    size,
    received: bytes.length,
    piece_bytes: PIECE_BYTES,
    blob,
  });
  return {
    held,
    /** The answer as `[status, body]`. */
    begin(asked) {
      if (held.refuse || (asked.kind === "photo" && asked.size > 10_485_760))
        return [413, fault("too_large", "内容超过 10 MB，请缩小后再传。", "More than 10 MB.")];
      const known = kept.get(asked.upload) ?? { ...asked, bytes: Buffer.alloc(0), blob: null };
      kept.set(asked.upload, known);
      return [200, view(known, asked.upload)];
    },
    async add(upload, at, piece) {
      const known = kept.get(upload);
      if (!known) return [404, fault("no_such_upload", "没有这次上传。", "No such upload.")];
      held.pieces -= 1;
      if (held.pieces < 0)
        return [503, fault("busy", "系统繁忙，请稍后再试。", "Too much at once.")];
      if (at > known.bytes.length)
        return [409, fault("upload_gap", "前面还缺一段。", "Bytes before it are missing.")];
      known.bytes = Buffer.concat([known.bytes.subarray(0, at), piece]);
      if (known.bytes.length === known.size && !known.blob) {
        const hash = createHash("sha256").update(known.bytes).digest("hex");
        if (hash !== known.sha256) {
          known.bytes = Buffer.alloc(0);
          return [409, fault("upload_damaged", "传来的照片不完整。", "It came damaged.")];
        }
        known.blob = seal(known.bytes, known.kind === "video" ? "video/mp4" : "image/jpeg");
      }
      return [200, view(known, upload)];
    },
  };
}

const fault = (code, zh, en) => ({ code, zh, en });

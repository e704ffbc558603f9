// Makes a camera's picture small enough for a weak link: long edge 1600 px, JPEG, which also drops
// whatever the camera wrote into the file.
const LONG_EDGE = 1600;
const QUALITY = 0.82;

export async function shrink(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, LONG_EDGE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return new Promise((resolve) => {
    canvas.toBlob((small) => resolve(small ?? file), "image/jpeg", QUALITY);
  });
}

/** What the tests of `src/state` use of `camera.mjs`. */
export function boxed(name: string, body: Uint8Array): Buffer;
export function jpegWith(
  said: { at: string; offset?: string; lat?: number[]; lon?: number[] },
  jpeg?: Buffer,
): Buffer;

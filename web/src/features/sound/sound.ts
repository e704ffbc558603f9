// Three sounds, told apart by rhythm and not only by pitch: red, orange, contact lost.
import type { Tone } from "../../state/tones";

let context: AudioContext | null = null;

/** Starts, s; length, s; pitch, Hz. */
const SCORE: Record<Tone, [number, number, number][]> = {
  red: [0, 0.22, 0.44, 0.9, 1.12, 1.34].map((start) => [start, 0.14, 988]),
  orange: [
    [0, 0.35, 659],
    [0.6, 0.35, 659],
  ],
  lost: [
    [0, 0.5, 440],
    [0.5, 0.9, 294],
  ],
};

/** True while this machine has proven that it can be heard. */
export function soundReady(): boolean {
  return context?.state === "running";
}

/** To be called from a press: browsers let a page sound only after one. */
export async function startSound(): Promise<boolean> {
  context ??= new AudioContext();
  await context.resume();
  return soundReady();
}

export function play(tone: Tone): void {
  if (!context || !soundReady()) return;
  for (const [start, length, pitch] of SCORE[tone]) {
    const at = context.currentTime + start;
    const voice = context.createOscillator();
    const gain = context.createGain();
    voice.type = tone === "lost" ? "sine" : "square";
    voice.frequency.value = pitch;
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(0.18, at + 0.02);
    gain.gain.setValueAtTime(0.18, at + length - 0.03);
    gain.gain.linearRampToValueAtTime(0, at + length);
    voice.connect(gain).connect(context.destination);
    voice.start(at);
    voice.stop(at + length);
  }
}

/** Says a place after its sound, with a voice of this machine; without one nothing is said. */
export function speak(words: string, lang: "zh-CN" | "en-GB"): void {
  if (!soundReady() || !("speechSynthesis" in window)) return;
  const voice = speechSynthesis
    .getVoices()
    .find((one) => one.localService && one.lang.slice(0, 2) === lang.slice(0, 2));
  if (!voice) return;
  const line = new SpeechSynthesisUtterance(words);
  line.voice = voice;
  line.lang = lang;
  speechSynthesis.speak(line);
}

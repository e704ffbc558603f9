// Names of townships by code, from the boundaries the map carries.
import { locale } from "../../i18n/i18n";

let names = new Map<string, { zh: string; en: string }>();

/** Reads the names once; a station's township is shown as its code until then. */
export async function loadTownships(): Promise<void> {
  try {
    const file = (await (await fetch("/geo/townships.geojson")).json()) as {
      features: { properties: { code: string; name: string; name_en?: string } }[];
    };
    names = new Map(
      file.features.map(({ properties: p }) => [p.code, { zh: p.name, en: p.name_en ?? p.name }]),
    );
  } catch {
    // Without the file the codes stand for themselves.
  }
}

export function townshipName(code: string | null | undefined): string {
  if (!code) return "";
  return names.get(code)?.[locale()] ?? code;
}

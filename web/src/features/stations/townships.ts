// Names of townships by code, from the boundaries the map carries.
import { locale, say } from "../../i18n/i18n";
import type { County } from "../../state/world";
import type { AreaKind } from "../../wire/view";

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

/** The name of an area of this kind, from the server's areas, else from the map, else its code. */
export function areaName(county: County, kind: AreaKind, code: string | null | undefined): string {
  if (!code) return "";
  const area = county.areas.find((one) => one.kind === kind && one.code === code);
  if (area) return say(area.title) || code;
  return kind === "township" ? townshipName(code) : code;
}

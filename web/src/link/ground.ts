// The map pack of this phone: made from the server's ground files, kept on the shelf.
import type { GroundFeature, MapPack } from "../state/mapPack";
import { shelf } from "./shelf";

/** Borders of all townships as the server has them. */
export async function townships(): Promise<GroundFeature[]> {
  const response = await fetch("/geo/townships.geojson");
  if (!response.ok) throw new Error(`the ground: ${response.status}`);
  return ((await response.json()) as { features: GroundFeature[] }).features;
}

export async function keepPack(person: string, pack: MapPack): Promise<void> {
  await (await shelf()).put("shelf", pack, `ground/${person}`);
}

export async function keptPack(person: string): Promise<MapPack | null> {
  return ((await (await shelf()).get("shelf", `ground/${person}`)) as MapPack | undefined) ?? null;
}

// Keeps the ground around a person in their phone, anew while there is a network.
import { keepPack, keptPack, townships } from "../link/ground";
import { engineNow } from "../state/clock";
import { type MapPack, packOf } from "../state/mapPack";
import { countyOf } from "../state/select";
import { store } from "../state/store";

/** Makes the pack of this person from what the county says now, and keeps it. */
export async function refreshPack(): Promise<MapPack> {
  const ground = await townships();
  const state = store.get();
  const [county, person] = [countyOf(state), state.me?.person];
  if (!county || !person || county.stations.size === 0) throw new Error("no county yet");
  const now = engineNow(state.world.heartbeat, performance.now());
  const pack = packOf(ground, county, person.township, Date.now(), now);
  await keepPack(person.id, pack);
  return pack;
}

export async function ownPack(): Promise<MapPack | null> {
  const person = store.get().me?.person.id;
  return person ? keptPack(person) : null;
}

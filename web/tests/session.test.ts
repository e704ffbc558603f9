import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { askWho, logout } from "../src/actions/session";
import { closeShelf } from "../src/link/shelf";
import { failed, heard } from "../src/state/connection";

/** A server with one session, and the way to it. */
class County {
  up = true;
  session = true;
  asked: string[] = [];
  fetch = async (path: string) => {
    if (!this.up) throw new TypeError("no network");
    const what = path.split("/").at(-1) ?? "";
    this.asked.push(what);
    if (what === "logout") {
      if (!this.session) return new Response("{}", { status: 401 });
      this.session = false;
      return new Response(null, { status: 204 });
    }
    return this.session
      ? new Response('{"person":{"id":"li"}}')
      : new Response("{}", { status: 401 });
  };
}

let county: County;
let online: () => void;

beforeEach(async () => {
  await closeShelf();
  globalThis.indexedDB = new IDBFactory();
  county = new County();
  vi.stubGlobal("fetch", county.fetch);
  vi.stubGlobal("window", {
    addEventListener: (_: string, run: () => void) => {
      online = run;
    },
    removeEventListener: () => {},
  });
});
afterEach(() => vi.unstubAllGlobals());

test("who leaves without network has left the server too before anybody is taken for them", async () => {
  county.up = false;
  await logout();
  expect(county.session).toBe(true);
  await expect(askWho()).rejects.toThrow("no network");
  county.up = true;
  expect(await askWho()).toBeNull();
  expect(county.asked).toEqual(["logout", "me"]);
});

test("the server is told as soon as there is a network, once", async () => {
  county.up = false;
  await logout();
  county.up = true;
  online();
  await vi.waitFor(() => expect(county.session).toBe(false));
  await askWho();
  expect(county.asked.filter((what) => what === "logout")).toHaveLength(1);
});

test("a session that had run out already has nothing to end", async () => {
  county.session = false;
  await logout();
  expect(await askWho()).toBeNull();
  expect(county.asked).toEqual(["logout", "me"]);
});

test("a socket that is still open does not hide that somebody has to log in", () => {
  const out = { phase: "unauthorised" as const, since: 5 };
  expect(heard(out, 6)).toEqual(out);
  expect(heard({ phase: "connecting", since: 5 }, 6).phase).toBe("live");
  expect(heard(failed(out, 6), 7).phase).toBe("live");
});

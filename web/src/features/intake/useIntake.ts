// What the server says of its interfaces, asked again while somebody looks.
import { useEffect, useState } from "react";
import { interfaces, refusedMessages } from "../../actions/site";
import type { InterfaceView, Refusal, RefusedView } from "../../wire/site";
import { failure } from "../rules/failure";

const EVERY_MS = 10_000;

export interface Intake {
  interfaces: InterfaceView[] | null;
  refused: RefusedView[] | null;
  failed: string;
}

export function useIntake(county: string, by: string | null, kind: Refusal | null): Intake {
  const [intake, setIntake] = useState<Intake>({ interfaces: null, refused: null, failed: "" });
  useEffect(() => {
    let gone = false;
    const ask = async () => {
      try {
        const [rows, refused] = await Promise.all([interfaces(county), refusedMessages(by, kind)]);
        if (!gone) setIntake({ interfaces: rows, refused, failed: "" });
      } catch (error) {
        if (!gone) setIntake((before) => ({ ...before, failed: failure(error) }));
      }
    };
    void ask();
    const again = setInterval(() => void ask(), EVERY_MS);
    return () => {
      gone = true;
      clearInterval(again);
    };
  }, [county, by, kind]);
  return intake;
}

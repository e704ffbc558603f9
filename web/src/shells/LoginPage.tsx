import { Login } from "../features/login/Login";
import { mayCommand } from "../state/select";

/** The login alone; leads officers to the desk and people in the field to the phone app. */
export function LoginPage() {
  return (
    <Login
      onDone={(me) => {
        const field = me.person.role === "responder" && !mayCommand(me.person);
        location.assign(field ? "/m" : "/");
      }}
    />
  );
}

// Chooses the shell by the address: the command centre, the responder's phone, or the login alone.
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/drill-frame.css";
import "./styles/faults.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startLocale } from "./i18n/i18n";
import { startTheme } from "./shells/theme";

startLocale();
const path = location.pathname;
const phone = path === "/m" || path.startsWith("/m/");
startTheme(phone ? "day" : "night");

// One loader each: joined in one expression, the bundler fetches the styles of the wrong one.
const shells = {
  phone: () => import("./shells/Responder").then((m) => m.Responder),
  login: () => import("./shells/LoginPage").then((m) => m.LoginPage),
  desk: () => import("./shells/CommandCentre").then((m) => m.CommandCentre),
};
const name = phone ? "phone" : path === "/login" ? "login" : "desk";

const box = document.getElementById("root");
void shells[name]().then((Shell) => {
  if (box) {
    createRoot(box).render(
      <StrictMode>
        <Shell />
      </StrictMode>,
    );
  }
});

// Chooses the shell by the address: the command centre, the responder's phone, or the login alone.
import "./styles/tokens.css";
import "./styles/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { startLocale } from "./i18n/i18n";
import { startTheme } from "./shells/theme";

startLocale();
const path = location.pathname;
const phone = path === "/m" || path.startsWith("/m/");
startTheme(phone ? "day" : "night");

const shell = phone
  ? import("./shells/Responder").then((m) => m.Responder)
  : path === "/login"
    ? import("./shells/LoginPage").then((m) => m.LoginPage)
    : import("./shells/CommandCentre").then((m) => m.CommandCentre);

const box = document.getElementById("root");
void shell.then((Shell) => {
  if (box) {
    createRoot(box).render(
      <StrictMode>
        <Shell />
      </StrictMode>,
    );
  }
});

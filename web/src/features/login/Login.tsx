import { useState } from "react";
import { Input, Label, TextField } from "react-aria-components";
import { login, Refused } from "../../actions/session";
import { i18n, locale, setLocale, useLocale } from "../../i18n/i18n";
import { Button } from "../../ui/Button";
import type { Me } from "../../wire/view";

/** Asks who is there. What was begun before the session ended stays as it was. */
export function Login({ onDone, onBack }: { onDone: (me: Me) => void; onBack?: () => void }) {
  useLocale();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  const enter = async () => {
    setBusy(true);
    setError(null);
    try {
      onDone(await login(name.trim(), password));
    } catch (reason) {
      const refused = reason instanceof Refused ? reason.body[locale()] : null;
      setError(refused ?? i18n.t("服务器没有应答。请检查网络，再试一次。"));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className="login">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void enter();
        }}
      >
        <div>
          <h1>{i18n.t("烽火")}</h1>
          <p className="i2">{i18n.t("应急值班与指挥")}</p>
        </div>
        <TextField value={name} onChange={setName} autoComplete="username" isRequired>
          <Label className="lab">{i18n.t("账号")}</Label>
          <Input className="in" data-testid="login-name" autoCapitalize="none" />
        </TextField>
        <TextField
          value={password}
          onChange={setPassword}
          type="password"
          autoComplete="current-password"
          isRequired
        >
          <Label className="lab">{i18n.t("口令")}</Label>
          <Input className="in" data-testid="login-password" />
        </TextField>
        {error ? (
          <p role="alert" className="inv" style={{ padding: "8px 12px" }} data-testid="login-error">
            {error}
          </p>
        ) : null}
        <Button kind="primary" submit disabled={busy} onPress={() => {}} testId="login-enter">
          {busy ? i18n.t("正在登录…") : i18n.t("登录")}
        </Button>
        <p className="f">
          {onBack ? (
            <Button small onPress={onBack} testId="login-back">
              {i18n.t("返回")}
            </Button>
          ) : null}
          <span className="g" />
          <Button small onPress={() => setLocale(locale() === "zh" ? "en" : "zh")} testId="locale">
            {locale() === "zh" ? "English" : "中文"}
          </Button>
        </p>
      </form>
    </main>
  );
}

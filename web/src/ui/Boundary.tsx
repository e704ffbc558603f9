// What fails inside is said in its place, in plain words, with a button that tries again; everything beside
// it goes on.
import { Component, type ReactNode } from "react";
import { i18n } from "../i18n/i18n";
import { Button } from "./Button";
import { noteFault, noteLeft, noteMended, restBefore } from "./faults";

interface BoundaryProps {
  /** Which part of the page it is: faults of one part are one line of the strip. */
  part: string;
  name: () => string;
  /** It tries again by itself, a few times: for what must not wait for a hand. */
  heals?: boolean;
  /** What is shown in its place beside the words. */
  still?: ReactNode;
  /** What is not lost, where that is said otherwise than on a desk. */
  kept?: () => string;
  children: ReactNode;
}

interface BoundaryState {
  why: string | null;
  tries: number;
}

/** After this long without a fault it has as many tries as at the beginning, ms. */
const CALM = 60_000;

export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { why: null, tries: 0 };
  private timer: ReturnType<typeof setTimeout> | undefined;

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { why: error instanceof Error ? error.message : String(error) };
  }

  override componentDidCatch(error: unknown): void {
    const { part, name, heals } = this.props;
    const why = error instanceof Error ? error.message : String(error);
    noteFault({ part, name, why, at: Date.now(), state: "down" });
    clearTimeout(this.timer);
    const rest = heals ? restBefore(this.state.tries) : null;
    if (rest !== null) this.timer = setTimeout(() => this.again(this.state.tries + 1), rest);
  }

  override componentWillUnmount(): void {
    clearTimeout(this.timer);
    if (this.state.why !== null) noteLeft(this.props.part);
  }

  private again(tries: number): void {
    clearTimeout(this.timer);
    this.setState({ why: null, tries }, () => {
      if (this.state.why !== null) return;
      noteMended(this.props.part);
      this.timer = setTimeout(() => this.setState({ tries: 0 }), CALM);
    });
  }

  override render(): ReactNode {
    const { why, tries } = this.state;
    const { part, name, heals, still, kept, children } = this.props;
    if (why === null) return children;
    return (
      <div className="broken" role="alert" data-testid={`broken-${part}`}>
        <p className="inv">
          <b>{i18n.t("{name}出错了，没有画出来。", { name: name() })}</b>
        </p>
        {still}
        <p>
          {kept ? kept() : i18n.t("收到的数据和按过的操作都没有丢，别处照常能用。")}{" "}
          {heals && restBefore(tries) !== null ? i18n.t("过一会儿自己再试。") : null}
        </p>
        <Button onPress={() => this.again(0)} testId={`again-${part}`}>
          {i18n.t("再试一次")}
        </Button>
        <p className="s i3">{why}</p>
      </div>
    );
  }
}

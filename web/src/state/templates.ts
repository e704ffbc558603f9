// In which order the templates of orders are offered.
import type { TemplateView } from "../wire/view";

/** Files write a hazard either way: `flash-flood` is `flash_flood`. */
export function sameHazard(a: string, b: string): boolean {
  return a.replaceAll("-", "_") === b.replaceAll("-", "_");
}

/**
 * Templates to begin an order with: those that name the hazard first, then those for any, then the others,
 * each in the order of the files. What takes an order back is sent from that order's own board.
 */
export function offered(
  templates: readonly TemplateView[],
  hazard: string | null = null,
): TemplateView[] {
  const orders = templates.filter((one) => one.kind !== "correction");
  if (hazard === null) return orders;
  const rank = ({ hazards }: TemplateView) => {
    if (!hazards || hazards.length === 0) return 1;
    return hazards.some((one) => sameHazard(one, hazard)) ? 0 : 2;
  };
  return orders.sort((a, b) => rank(a) - rank(b));
}

// The site's own files as an administrator handles them: looked at first, taken over afterwards.
// And what a planner asks of history under other rules.
export {
  backtest,
  checkSite,
  importRegistry,
  reloadSite,
  ruleFiles,
  rules,
  sheet,
  tryRules,
} from "../link/api";

// The site's own files as an administrator handles them: looked at first, taken over afterwards.
// And what a planner asks of history under other rules, rosters or policies.
export {
  backtest,
  checkSite,
  type ImportManner,
  importRegistry,
  interfaces,
  organisationFiles,
  refusedMessages,
  reloadSite,
  ruleFiles,
  rules,
  sheet,
  tryCalls,
  tryOrganisation,
  tryRules,
  workbook,
} from "../link/api";

// What a back-test is asked and what it found: `POST /api/v1/backtest`.
import type { components } from "./generated";

type Schemas = components["schemas"];

export type BoundChange = Schemas["BoundChange"];
export type ClockChange = Schemas["ClockChange"];
export type BacktestRequest = Schemas["BacktestRequest"];
export type BacktestReport = Schemas["BacktestReport"];
export type BacktestOutcome = Schemas["BacktestOutcome"];
export type BacktestRaise = Schemas["BacktestRaise"];
export type BacktestPair = Schemas["BacktestPair"];
export type BacktestMovement = Schemas["BacktestMovement"];
export type LevelTally = Schemas["LevelTally"];
export type EventOutcome = Schemas["EventOutcome"];
export type LoadHour = Schemas["LoadHour"];
export type RuleFileView = Schemas["RuleFileView"];

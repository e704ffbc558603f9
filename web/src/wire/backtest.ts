// What a trial is asked and what it found: `POST /api/v1/backtest` for levels, `/backtest/calls` for calls.
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
export type CallTrialRequest = Schemas["CallTrialRequest"];
export type CallReport = Schemas["CallReport"];
export type CallOutcome = Schemas["CallOutcome"];
export type CallPair = Schemas["CallPair"];
export type CallMade = Schemas["CallMade"];
export type CallMovement = Schemas["CallMovement"];
export type CallReply = Schemas["CallReply"];
export type RunPair = Schemas["RunPair"];
export type RunOutcome = Schemas["RunOutcome"];
export type RuleFileView = Schemas["RuleFileView"];

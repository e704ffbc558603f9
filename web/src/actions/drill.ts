// Drills: whether this is one, and how it goes.
export { drillScore, drills } from "../link/api";

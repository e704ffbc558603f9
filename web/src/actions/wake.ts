// Whether this phone is woken by a page, and the two presses that change it.
export { letMeSleep, type Waking, wakeMe, waking } from "../link/wake";

// Whether this phone is woken by a page, and the two presses that change it.
export { keepNoticeWords as leaveNoticeWords } from "../link/shelf";
export { letMeSleep, type Waking, wakeMe, waking } from "../link/wake";

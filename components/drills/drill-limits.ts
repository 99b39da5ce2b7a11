/** How many drills are read at once. Server part and browser name the same number, so that they share an answer. */
export const DRILLS_READ = 200;
/** For the frame of every page: running drills are among the newest. */
export const NEWEST_DRILLS = 8;

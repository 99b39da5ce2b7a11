/** Tabs of the Activity page, as its address spells them. */
export const ACTIVITY_VIEWS = ['runs', 'log', 'deeds'] as const;
export type ActivityView = (typeof ACTIVITY_VIEWS)[number];

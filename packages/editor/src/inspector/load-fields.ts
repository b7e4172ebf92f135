/** Tabs of a node, fields of the workflow and the panel of a deleted node, as {@link loadFields} loads them. */
export type LaterFields = typeof import('./later-fields.ts')

/**
 * Loads the fields of the inspector. With their controls and rules they are a third of the editor's code; they are loaded
 * in parallel to the draft, before a node is selected.
 */
export const loadFields = (): Promise<LaterFields> => import('./later-fields.ts')

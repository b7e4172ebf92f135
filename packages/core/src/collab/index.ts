export { applyOperationsToDraft } from './apply-to-draft.ts'
export type { DraftAwareness } from './awareness.ts'
export { type BindTicketsOptions, bindTickets, type TicketedProvider } from './bind-tickets.ts'
export { CLOSE_CODES } from './close-codes.ts'
export { diffDocuments } from './diff-documents.ts'
export {
  CLIENT_ROOTS,
  DRAFT_LIMITS,
  DRAFT_ROOTS,
  type DraftRoot,
  draftUndoScope,
  genesisOf,
} from './draft-roots.ts'
export { annotationText, notesText, paramText } from './param-text.ts'
export { type DraftReading, readDraft } from './read-draft.ts'
export type { DraftLoss } from './repairs.ts'
export { NO_TEXT_FIELDS, type TextFields, type TextPaths, textFieldsOf } from './text-fields.ts'
export { writeDocument } from './write-document.ts'

import type { enAgents } from './agents.ts'
import type { enCalls } from './calls.ts'
import type { enConnections } from './connections.ts'
import type { enData } from './data.ts'
import type { enDataTables } from './data-tables.ts'
import type { enDocuments } from './documents.ts'
import type { en } from './en.ts'
import type { enEngine } from './engine.ts'
import type { enExtract } from './extract.ts'
import type { enFiles } from './files.ts'
import type { enHandlers } from './handlers.ts'
import type { enMigration } from './migration.ts'
import type { enModels } from './models.ts'
import type { enParked } from './parked.ts'
import type { enPolicy } from './policy.ts'
import type { enQueue } from './queue.ts'
import type { enRerun } from './rerun.ts'
import type { enRollouts } from './rollouts.ts'
import type { enRuns } from './runs.ts'
import type { enStarter } from './starter.ts'
import type { enSubWorkflows } from './sub-workflows.ts'
import type { enTools } from './tools.ts'
import type { enTriggers } from './triggers.ts'
import type { enWaits } from './waits.ts'
import type { enWebhooks } from './webhooks.ts'

export { enAgents } from './agents.ts'
export { enCalls } from './calls.ts'
export { enConnections } from './connections.ts'
export { enData } from './data.ts'
export { enDataTables } from './data-tables.ts'
export { enDocuments } from './documents.ts'
export { en } from './en.ts'
export { enEngine } from './engine.ts'
export { enExtract } from './extract.ts'
export { enFiles } from './files.ts'
export { enHandlers } from './handlers.ts'
export { enMigration } from './migration.ts'
export { enModels } from './models.ts'
export { enParked } from './parked.ts'
export { enPolicy } from './policy.ts'
export { enQueue } from './queue.ts'
export { enRerun } from './rerun.ts'
export { enRollouts } from './rollouts.ts'
export { enRuns } from './runs.ts'
export { enStarter } from './starter.ts'
export { enSubWorkflows } from './sub-workflows.ts'
export { enTools } from './tools.ts'
export { enTriggers } from './triggers.ts'
export { enWaits } from './waits.ts'
export { enWebhooks } from './webhooks.ts'

/** Names one text of the editor and the run views, for translations. */
export type MessageKey =
  | keyof typeof en
  | keyof typeof enRuns
  | keyof typeof enAgents
  | keyof typeof enCalls
  | keyof typeof enConnections
  | keyof typeof enData
  | keyof typeof enDataTables
  | keyof typeof enDocuments
  | keyof typeof enExtract
  | keyof typeof enFiles
  | keyof typeof enHandlers
  | keyof typeof enEngine
  | keyof typeof enMigration
  | keyof typeof enModels
  | keyof typeof enParked
  | keyof typeof enPolicy
  | keyof typeof enQueue
  | keyof typeof enRerun
  | keyof typeof enRollouts
  | keyof typeof enStarter
  | keyof typeof enSubWorkflows
  | keyof typeof enTools
  | keyof typeof enTriggers
  | keyof typeof enWaits
  | keyof typeof enWebhooks

/** All texts of one language. */
export type Messages = Readonly<Record<MessageKey, string>>

/** Texts of an instance: those of the editor, and those of the run views inside of one. */
export type LoadedMessages = Readonly<Record<keyof typeof en, string>> & HostMessages

/**
 * Key of a text from another package, by its code: a problem of the validator (`problem.DEAD_END`), the button of a fix
 * (`fix.CONNECT_TO_END`), an error of the server or of a run, or an obstacle of a run (`error.RATE_LIMITED`), its remedy
 * (`remedy.RATE_LIMITED`), and the help of a function, a name or a constant of expressions (`help.round`).
 */
export type CodeKey = `problem.${string}` | `fix.${string}` | `error.${string}` | `remedy.${string}` | `help.${string}`

/**
 * Texts that a host replaces. Texts by code have the original as `{message}` (fixes as `{title}`, remedies as
 * `{remedy}`, help as `{help}`). Problems also have `{node}`, `{field}` and the values of their code (`IssueValues` of
 * `@tenon/core/validate`), fixes the values of theirs (`FixValues`), errors the scalar details of their code. Names of
 * kinds among the values of problems (`given`, `expected`) are replaced by the texts `schema.type.*` and `syntax.*`.
 * `{reason, select, never {…} other {{message}}}` chooses a form by a value, for codes with several messages.
 */
export type HostMessages = Partial<Messages> & { readonly [Key in CodeKey]?: string }

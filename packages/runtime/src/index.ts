export { BUS_RESTORED_TOPIC, type Bus, type BusMessage, changesTopic, publishChange, runTopic } from './bus.ts'
export { approvalIdOf } from './commit/approval-id.ts'
export { createInlineInputReader, type InlineInputs, type OpenInlineInputs } from './commit/inline-inputs.ts'
export { embeddedEngine } from './embedded/embedded-engine.ts'
export { findObstacles, findRunObstacles } from './embedded/find-obstacles.ts'
export type { EmbeddedEngineOptions } from './embedded/options.ts'
export type {
  Alongside,
  CancelResult,
  DecideResult,
  Engine,
  EngineFactory,
  EnginePorts,
  RuntimeLog,
  SecretReader,
  StartedRunRow,
  StartRunRequest,
} from './engine.ts'
export type { RuntimeDatabase, RuntimeTables } from './postgres/tables.ts'
export type { PageRequest, RunObstacle, RunReader, StoredRun, StoredWait } from './run-store.ts'
export { type ListCursor, readCursor, writeCursor } from './store/cursor.ts'
export { newRunId } from './store/run-id.ts'
export type { RunKey } from './store/run-key.ts'
export { postgresRunReader } from './store/run-reader.ts'
export { type RunLogCheck, verifyRunLog } from './store/verify-run-log.ts'

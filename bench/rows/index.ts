import type { Row } from '../lib/row.ts'
import { agentGrowth, agentRound } from './agents.ts'
import { nodeWal, runCpu, startToBody } from './append-costs.ts'
import { chainGrowth } from './chain-growth.ts'
import { childAppends } from './child-appends.ts'
import { collabUpdate } from './collab-update.ts'
import { dragFrames100, dragFrames500 } from './drag-frames.ts'
import { durableNode, durableNodePure } from './durable-node.ts'
import { loopGrowth, loopItem } from './loops.ts'
import { parallelRuns } from './parallel-runs.ts'
import { temporalEvents, temporalEventsPure } from './temporal-events.ts'
import { temporalEventsS1 } from './temporal-events-s1.ts'
import { overDbos, overOpenWorkflow, overRestate } from './ten-steps.ts'
import { twoWorkers } from './two-workers.ts'
import { validateDocument, validateDocumentNew } from './validate-document.ts'

/** Every row, in the order of the report. */
export const rows: readonly Row[] = [
  durableNode,
  durableNodePure,
  parallelRuns,
  twoWorkers,
  chainGrowth,
  loopGrowth,
  loopItem,
  agentRound,
  agentGrowth,
  childAppends,
  startToBody,
  runCpu,
  nodeWal,
  overDbos,
  overOpenWorkflow,
  overRestate,
  temporalEvents,
  temporalEventsPure,
  temporalEventsS1,
  validateDocument,
  validateDocumentNew,
  collabUpdate,
  dragFrames100,
  dragFrames500,
]

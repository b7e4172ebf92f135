import type { Flavor } from './json.ts'

/** `^[A-Za-z0-9_.:-]{1,128}$`: the tenant as the host names it. */
export type TenantId = Flavor<string, 'TenantId'>
/** A user of the host, as its `authenticate` names them; unique within a tenant. */
export type UserId = Flavor<string, 'UserId'>
/** A workflow, unique within its tenant; chosen by the server. */
export type WorkflowId = Flavor<string, 'WorkflowId'>
/** A run, unique within its tenant; chosen by the server. */
export type RunId = Flavor<string, 'RunId'>
/** `^[A-Za-z_][A-Za-z0-9_]{0,63}$`, unique in a document. */
export type NodeId = Flavor<string, 'NodeId'>
/** A node id with the path of the iteration that it runs in: `charge`, `charge#3.0`. */
export type NodeRunId = Flavor<string, 'NodeRunId'>
/** `<node run id>/<pass>/<wait index>`: one open wait of a run. Unique in the run, where an `approvalId` is unique in the tenant. */
export type WaitId = Flavor<string, 'WaitId'>

/** What a tenant id may look like. */
export const TENANT_ID_PATTERN = /^[A-Za-z0-9_.:-]{1,128}$/
/** What a node id may look like. */
export const NODE_ID_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
/** What the name of a port, an input or a param may look like. */
export const PORT_NAME_PATTERN = /^[a-z][A-Za-z0-9_-]*$/

/** The form of a task queue's name: a letter, then letters, digits and `_ . -`; at most 100 characters. */
export const TASK_QUEUE_PATTERN = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/

import type { Flavor } from './json.ts'

/** `^[A-Za-z0-9_.:-]{1,128}$`: id of a tenant, chosen by the host. */
export type TenantId = Flavor<string, 'TenantId'>
/** Id of a user, as the host's `authenticate` returns it; unique within a tenant. */
export type UserId = Flavor<string, 'UserId'>
/** Id of a workflow, unique within its tenant; chosen by the server. */
export type WorkflowId = Flavor<string, 'WorkflowId'>
/** Id of a run, unique within its tenant; chosen by the server. */
export type RunId = Flavor<string, 'RunId'>
/** Id of a file, unique within its tenant; chosen by the server. */
export type FileId = Flavor<string, 'FileId'>
/** Id of a data table, unique within its tenant; chosen by the server. */
export type DataTableId = Flavor<string, 'DataTableId'>
/** Id of a node, unique in its document: `^[A-Za-z_][A-Za-z0-9_]{0,63}$`. */
export type NodeId = Flavor<string, 'NodeId'>
/** A node id with the path of the iteration that it runs in: `charge`, `charge#3.0`; called by pass 2 of `agent`: `agent.2-c1`. */
export type NodeRunId = Flavor<string, 'NodeRunId'>
/** `<node run id>/<pass>/<wait index>`: one open wait of a run. Unique in the run, where an `approvalId` is unique in the tenant. */
export type WaitId = Flavor<string, 'WaitId'>

/** Pattern of a tenant id. */
export const TENANT_ID_PATTERN = /^[A-Za-z0-9_.:-]{1,128}$/
/** Pattern of a node id. */
export const NODE_ID_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
/** Pattern of the name of a port, an input or a param. */
export const PORT_NAME_PATTERN = /^[a-z][A-Za-z0-9_-]*$/

/** Pattern of the name of a task queue: a letter, then letters, digits and `_ . -`; at most 100 characters. */
export const TASK_QUEUE_PATTERN = /^[A-Za-z][A-Za-z0-9_.-]{0,99}$/

/** Returns the key of a version of a node type in maps and lockfiles: `acme/call@2`. */
export function nodeTypeKey(type: string, version: number): string {
  return `${type}@${version}`
}

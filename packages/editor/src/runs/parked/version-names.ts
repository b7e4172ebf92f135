import type { ParkedNodeRun, TenonClient } from '@tenon/core/client'

/** Names of nodes by the versions that runs execute; each version is loaded once. */
export interface VersionNames {
  /** Returns the name of the failed node; its id if the version has no such node. */
  readonly nameOf: (parked: Pick<ParkedNodeRun, 'workflowId' | 'version' | 'nodeId'>) => Promise<string>
}

export function createVersionNames({ versions }: Pick<TenonClient, 'versions'>): VersionNames {
  const known = new Map<string, Promise<ReadonlyMap<string, string>>>()
  const load = async (workflowId: string, version: string) => {
    const { document } = await versions.get(workflowId, version)
    return new Map(document.nodes.map(({ id, name }) => [id, name]))
  }
  return {
    async nameOf({ workflowId, version, nodeId }) {
      const key = JSON.stringify([workflowId, version])
      const names = known.get(key) ?? load(workflowId, version)
      known.set(key, names)
      // A failed load must not be cached.
      names.catch(() => known.delete(key))
      const name = (await names).get(nodeId)
      return name === undefined || name === '' ? nodeId : name
    },
  }
}

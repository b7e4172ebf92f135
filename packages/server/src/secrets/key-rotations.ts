import { TENANT_ID_PATTERN, type TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import { reasonOf } from '../log/reason-of.ts'
import { claimRotation, countRotations, putOffRotation, requestRotation } from '../tables/key-rotation-repository.ts'
import { KEYRING_TIMES, withoutProvider } from './keyring.ts'
import { type RotateTenantDeps, type RotationPace, rotateTenant } from './rotate-tenant.ts'

/** Progress of the rotations that were last requested, over all tenants. */
export interface KeyRotationProgress {
  /** Tenants that have keys. */
  readonly tenants: number
  /** Tenants whose rotation has not ended. */
  readonly inProgress: number
  /** Those of them whose last attempt has failed, for example since the key provider does not answer. It is logged why. */
  readonly failing: number
  /** Values that are encrypted under the new keys since they were requested. */
  readonly resealed: number
  /** Values that cannot be decrypted, for example since their key was lost. They stay, and must be set again. */
  readonly unreadable: number
  /**
   * Number of data keys by the id of the provider's key that has encrypted them. A key of the provider may be removed when this
   * does not name it.
   */
  readonly dataKeys: Readonly<Record<string, number>>
}

/** Rotates keys in the background while a process runs. */
export interface KeyRotations {
  /** Begins to look for rotations that are due. Has no effect after the first call, and after `close`. */
  start(): void
  /** Works on what is due, without looking again later. @returns Number of tenants. */
  drain(): Promise<number>
  /** Requests the rotation of all tenants, or of one, which any process begins. */
  request(tenantId?: TenantId): Promise<KeyRotationProgress>
  /** Requests a rotation, and begins it in this process. */
  rotate(tenantId?: TenantId): Promise<KeyRotationProgress>
  /** Reads the progress. */
  progress(): Promise<KeyRotationProgress>
  /** Stops; resolves when no transaction is in flight. Other processes do the rest, or the next one does. */
  close(): Promise<void>
}

/** Times and sizes of {@link createKeyRotations}; tests use smaller ones. */
export interface KeyRotationPace extends RotationPace {
  /** Pause between two looks for rotations that are due. */
  readonly idleMs: number
}

const KEY_ROTATION_PACE: KeyRotationPace = {
  batchSize: 100,
  leaseMs: 60_000,
  overlapMs: 2 * KEYRING_TIMES.cacheMs,
  idleMs: 60_000,
}

export interface KeyRotationsDeps extends Omit<RotateTenantDeps, 'keyring'> {
  readonly keyring: RotateTenantDeps['keyring'] & { readonly canSeal: boolean }
}

/** Creates the rotations of one process. Tenants are shared out among the processes. */
export function createKeyRotations(deps: KeyRotationsDeps, given: Partial<KeyRotationPace> = {}): KeyRotations {
  const pace = { ...KEY_ROTATION_PACE, ...given }
  const { database, keyring, log } = deps
  let timer: NodeJS.Timeout | null = null
  let working: Promise<void> | null = null
  let state: 'new' | 'started' | 'closed' = 'new'
  const isClosing = () => state === 'closed'

  const work = async (): Promise<number> => {
    let count = 0
    while (!isClosing()) {
      const claimed = await database.withSystem((tx) => claimRotation(tx, pace.leaseMs))
      if (claimed === null) return count
      count += 1
      try {
        await rotateTenant(deps, claimed, pace, isClosing)
      } catch (error) {
        const { tenantId } = claimed
        log('warn', 'keys.rotation_failed: retrying', { tenantId, reason: reasonOf(error) })
        await database.withTenant(tenantId, (tx) => putOffRotation(tx, claimed, pace.leaseMs))
        // Each further tenant would wait for the same key provider, until its time limit.
        if (error instanceof TenonError && error.code === 'UNAVAILABLE') return count
      }
    }
    return count
  }
  const look = async (): Promise<void> => {
    timer = null
    await work().catch((error: unknown) => {
      log('warn', 'keys.rotations_unreadable: retrying', { reason: reasonOf(error) })
    })
    working = null
    if (state === 'started') lookIn(pace.idleMs)
  }
  const lookIn = (delayMs: number): void => {
    if (timer !== null) clearTimeout(timer)
    timer = setTimeout(() => {
      working = look()
    }, delayMs).unref()
  }
  const start = (): void => {
    // A process without a key provider has nothing to rotate.
    if (state !== 'new' || !keyring.canSeal) return
    state = 'started'
    lookIn(pace.idleMs)
  }
  const progress = () => database.withSystem(countRotations)
  const request = async (tenantId?: TenantId): Promise<KeyRotationProgress> => {
    if (tenantId !== undefined && !TENANT_ID_PATTERN.test(tenantId)) {
      throw new TenonError('TENANT_INVALID', 'The tenant id is not valid')
    }
    if (!keyring.canSeal) throw withoutProvider()
    await database.withSystem((tx) => requestRotation(tx, tenantId))
    return progress()
  }
  return {
    start,
    progress,
    request,
    async rotate(tenantId) {
      const requested = await request(tenantId)
      start()
      if (working === null && state === 'started') lookIn(0)
      return requested
    },
    async drain() {
      if (!keyring.canSeal) return 0
      const draining = work()
      working = draining.then(
        () => undefined,
        () => undefined,
      )
      return draining
    },
    async close() {
      state = 'closed'
      if (timer !== null) clearTimeout(timer)
      await working
    },
  }
}

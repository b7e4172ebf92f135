import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type Arena, type ChaosGround, openChaosGround } from './chaos-ground.ts'

/** The ground of a test file and the arena of its current test. */
export interface Attacks {
  readonly ground: ChaosGround
  readonly arena: Arena
}

/** Opens a ground for the tests of a file, and an empty arena for each of them. */
export function setUpAttacks(): Attacks {
  let ground: ChaosGround
  let arena: Arena
  beforeAll(async () => {
    ground = await openChaosGround()
  })
  afterAll(() => ground.close())
  beforeEach(async () => {
    arena = await ground.openArena()
  })
  afterEach(() => arena.close())
  return {
    get ground() {
      return ground
    },
    get arena() {
      return arena
    },
  }
}

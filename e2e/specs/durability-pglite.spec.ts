import { killAndFinish } from '../fixtures/durability.ts'
import { launchHost } from '../fixtures/host.ts'
import { test } from '../fixtures/test.ts'

test('a host that is killed with -9 in the middle of runs finishes them, with its data in PGlite', async () => {
  await killAndFinish(await launchHost({ engine: 'embedded' }))
})

import { openTestDatabase } from '../../testing/databases.ts'
import { openEmbedded } from '../../testing/embedded.ts'
import { testEngine } from '../../testing/test-engine.ts'

testEngine('embedded on PGlite', {
  create: async (registry) => {
    const opened = await openTestDatabase('PGlite')
    const embedded = await openEmbedded(opened.database, registry)
    return {
      ...embedded,
      close: async () => {
        await embedded.close()
        await opened.close()
      },
    }
  },
})

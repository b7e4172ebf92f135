import { canvasMessages } from './canvas.ts'
import { editorMessages } from './editor.ts'
import { inspectorMessages } from './inspector.ts'
import { uiMessages } from './ui.ts'
import { versionMessages } from './versions.ts'

/**
 * Texts of the editor in English, in ICU message form (`{name}`, `{count, plural, one {…} other {…}}`). Those of the run
 * views, and of parts that few pages show, are in `enRuns`, `enCalls`, `enData`, `enEngine`, `enHandlers`, `enMigration`, `enModels`, `enParked`, `enPolicy`,
 * `enExtract`, `enQueue`, `enRerun`, `enStarter`, `enSubWorkflows` and `enWaits`, which a page loads with the first view that shows them.
 *
 * Other languages are objects with the same keys; a host passes the texts that it replaces, of all tables in one object.
 */
// The mark lets a bundler drop the table where it is not used, which it does not do for spread objects.
export const en = /* @__PURE__ */ Object.assign(
  {},
  editorMessages,
  canvasMessages,
  // The signature has three sources at most.
  /* @__PURE__ */ Object.assign({}, inspectorMessages, uiMessages, versionMessages),
)

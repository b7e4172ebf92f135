import { type PartState, usePart } from '../instance/use-part.ts'

const loadCodeEditor = () => import('./code-editor.ts')

/** Loads the module of code editors for the first field that needs one. */
export function useCodeEditor(): PartState<typeof import('./code-editor.ts')> {
  return usePart(loadCodeEditor)
}

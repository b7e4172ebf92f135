import { useEffect, useState } from 'react'

type CodeEditorModule = typeof import('./code-editor.ts')

/** The code editor, fetched when the first field needs it. */
export function useCodeEditorModule(): CodeEditorModule | null {
  const [module, setModule] = useState<CodeEditorModule | null>(null)
  useEffect(() => {
    let isWanted = true
    void import('./code-editor.ts').then((loaded) => {
      if (isWanted) setModule(loaded)
    })
    return () => {
      isWanted = false
    }
  }, [])
  return module
}

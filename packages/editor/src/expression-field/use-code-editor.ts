import { useEffect, useState } from 'react'
import { loadPart } from '../instance/load-part.ts'

type CreateCodeEditor = typeof import('./code-editor.ts').createCodeEditor

/** Makes code editors; `null` until they have been fetched for the first field that needs one. */
export function useCodeEditor(): CreateCodeEditor | null {
  const [create, setCreate] = useState<CreateCodeEditor | null>(null)
  useEffect(() => {
    let isWanted = true
    void loadPart(() => import('./code-editor.ts')).then(({ createCodeEditor }) => {
      if (isWanted) setCreate(() => createCodeEditor)
    })
    return () => {
      isWanted = false
    }
  }, [])
  return create
}

import { useEffect, useState } from 'react'

/**
 * Returns the current time in ms since the epoch, updated at an interval while mounted, for texts such as "due in 3 h".
 */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}

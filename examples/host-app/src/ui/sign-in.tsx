import type { DemoFacts, Person } from './session.ts'

/** Signing in is picking a person: clearly a demo. */
export function SignIn({ facts, onPick }: { readonly facts: DemoFacts; readonly onPick: (person: Person) => void }) {
  const companies = [...new Set(facts.people.map((person) => person.company))]
  return (
    <main className="sign-in">
      <h1>Hearth support desk</h1>
      <p>This is a demo: pick who you want to be. Nothing leaves this machine.</p>
      {companies.map((company) => (
        <section key={company} aria-label={company}>
          <h2>{company}</h2>
          <div className="sign-in-people">
            {facts.people
              .filter((person) => person.company === company)
              .map((person) => (
                <button type="button" key={person.userId} className="sign-in-person" onClick={() => onPick(person)}>
                  <strong>{person.displayName}</strong>
                  <span>{person.title}</span>
                  <span className="sign-in-role">{person.role}</span>
                </button>
              ))}
          </div>
        </section>
      ))}
    </main>
  )
}

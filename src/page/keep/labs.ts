/*
 * Named labs in the browser's database. Where that is denied they are kept only while the page is open, and the list
 * says so. Each is stored as the text of a lab file, so that the same decoder reads it.
 */
export interface KeptLab {
  readonly id: string;
  readonly name: string;
  /** wall clock, ms */
  readonly saved: number;
  /** a lab file (src/page/share/codec.ts) */
  readonly file: string;
}

export interface Keeper {
  /** kept only until the page is closed */
  readonly passing: boolean;
  /** newest first; malformed entries are left out */
  readonly list: () => Promise<KeptLab[]>;
  readonly put: (lab: KeptLab) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
}

const NAME = 'ops.play';
const STORE = 'labs';

const isKeptLab = (value: unknown): value is KeptLab => {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, saved, file } = value as Partial<Record<keyof KeptLab, unknown>>;
  return typeof id === 'string' && typeof name === 'string' && typeof saved === 'number' && typeof file === 'string';
};

const byAge = (labs: readonly KeptLab[]): KeptLab[] => labs.toSorted((a, b) => b.saved - a.saved);

/** A keeper in memory, for the life of the page. */
export function passingKeeper(): Keeper {
  const labs = new Map<string, KeptLab>();
  return {
    passing: true,
    list: () => Promise.resolve(byAge([...labs.values()])),
    put: (lab) => Promise.resolve(void labs.set(lab.id, lab)),
    remove: (id) => Promise.resolve(void labs.delete(id)),
  };
}

const answered = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result));
    request.addEventListener('error', () => reject(request.error ?? new Error('The browser refused it.')));
  });

async function databaseKeeper(): Promise<Keeper> {
  const opening = indexedDB.open(NAME, 1);
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore(STORE, { keyPath: 'id' }));
  const database = await answered(opening);
  const store = (mode: IDBTransactionMode): IDBObjectStore => database.transaction(STORE, mode).objectStore(STORE);
  return {
    passing: false,
    list: async () => byAge((await answered<unknown[]>(store('readonly').getAll())).filter(isKeptLab)),
    put: async (lab) => {
      await answered(store('readwrite').put(lab));
    },
    remove: async (id) => {
      await answered(store('readwrite').delete(id));
    },
  };
}

let opened: Promise<Keeper> | null = null;

/** The one keeper of the page. */
export function keeper(): Promise<Keeper> {
  // a browser that denies its database throws or reports an error
  opened ??= Promise.resolve().then(databaseKeeper).catch(passingKeeper);
  return opened;
}

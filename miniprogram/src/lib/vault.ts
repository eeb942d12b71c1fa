/** What a phone keeps of families: sealed at rest, open only while its holder has access, and never thrown away unsent.
 *
 * The keys come from the server and belong to a member of staff (see backend/services/outbox_sealing.py). While the phone
 * is bound they lie beside the data; when access is lost they go, and what stays is noise until its author is bound again.
 */
import { base64, hmac, joined, sha256, text, unbase64, unhex, utf8 } from "./bytes";

export interface Store {
  get(name: string): string | null;
  /** Raises when the phone has no room. */
  set(name: string, value: string): void;
  remove(name: string): void;
  names(): string[];
}

export interface Key {
  name: string;
  key: string;
}

const KEYS = "vault-keys";
const NONCE = 16;
const TAG = 32;

/** Seal bytes: a stream of SHA-256 under a secret prefix of fixed length, and an HMAC over all of it. */
export function seal(key: Uint8Array, clear: Uint8Array, nonce: Uint8Array = freshNonce()): Uint8Array {
  const hidden = streamed(key, nonce, clear);
  return joined(nonce, hidden, hmac(derived(key, "tag"), joined(nonce, hidden)));
}

/** Open what `seal` made; null when it is another's or was touched. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Uint8Array | null {
  if (sealed.length < NONCE + TAG) return null;
  const nonce = sealed.slice(0, NONCE);
  const hidden = sealed.slice(NONCE, sealed.length - TAG);
  const tag = hmac(derived(key, "tag"), joined(nonce, hidden));
  let differs = 0;
  sealed.slice(sealed.length - TAG).forEach((byte, i) => {
    differs |= byte ^ tag[i]!;
  });
  return differs ? null : streamed(key, nonce, hidden);
}

let made = 0;

/** A nonce need not be secret, only never the same twice under one key: the time, a counter and chance. */
function freshNonce(): Uint8Array {
  return sha256(utf8(`${Date.now()}:${made++}:${Math.random()}:${Math.random()}`)).slice(0, NONCE);
}

const subkeys = new Map<string, Uint8Array>();

function derived(key: Uint8Array, purpose: string): Uint8Array {
  const name = purpose + key.join();
  let found = subkeys.get(name);
  if (found === undefined) subkeys.set(name, (found = hmac(key, utf8(purpose))));
  return found;
}

function streamed(key: Uint8Array, nonce: Uint8Array, data: Uint8Array): Uint8Array {
  const block = joined(derived(key, "stream"), nonce, new Uint8Array(4));
  const counter = new DataView(block.buffer);
  const out = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 32) {
    counter.setUint32(block.length - 4, at / 32);
    const mask = sha256(block);
    for (let i = 0; i < 32 && at + i < data.length; i++) out[at + i] = data[at + i]! ^ mask[i]!;
  }
  return out;
}

export class Vault {
  /** What was opened last under each name: a list is read far more often than it changes. */
  private readonly seen = new Map<string, { kept: string; clear: string }>();

  constructor(private readonly store: Store) {}

  isOpen(): boolean {
    return this.keys().length > 0;
  }

  /** Take the keys that the server hands to the bound member of staff, the one for new work first. */
  open(keys: Key[]): void {
    this.seen.clear();
    this.store.set(KEYS, JSON.stringify(keys));
  }

  /** Forget the keys: everything put here stays, and nobody reads it. */
  lock(): void {
    this.store.remove(KEYS);
    this.seen.clear();
    subkeys.clear();
  }

  put(name: string, value: unknown): void {
    this.store.set(name, base64(this.hide(utf8(JSON.stringify(value)))));
  }

  /** Return what was put, or null when there is nothing, or nothing that these keys open. */
  get<T>(name: string): T | null {
    const kept = this.store.get(name);
    if (kept === null) return null;
    const known = this.seen.get(name);
    if (known?.kept === kept) return JSON.parse(known.clear) as T;
    const bytes = this.show(unbase64(kept));
    if (bytes === null) return null;
    const clear = text(bytes);
    this.seen.set(name, { kept, clear });
    return JSON.parse(clear) as T;
  }

  remove(name: string): void {
    this.seen.delete(name);
    this.store.remove(name);
  }

  names(prefix: string): string[] {
    return this.store.names().filter((name) => name.startsWith(prefix)).sort();
  }

  hide(clear: Uint8Array): Uint8Array {
    const [first] = this.keys();
    if (first === undefined) throw new Error("the vault is locked");
    return seal(unhex(first.key), clear);
  }

  show(sealed: Uint8Array): Uint8Array | null {
    for (const each of this.keys()) {
      const clear = unseal(unhex(each.key), sealed);
      if (clear !== null) return clear;
    }
    return null;
  }

  private keys(): Key[] {
    const kept = this.store.get(KEYS);
    return kept ? (JSON.parse(kept) as Key[]) : [];
  }
}

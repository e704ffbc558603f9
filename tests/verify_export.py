#!/usr/bin/env python3
"""Checks a `watchfire export` folder with nothing but this file. Says `ok` and ends with 0, or says what is wrong and ends with 1.
Without a public key got from elsewhere it uses the one in the export, and says what that is worth."""
import hashlib, json, sys
from pathlib import Path

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
def add(a, b):  # Edwards curve, extended coordinates (RFC 8032, 5.1.4)
    e, f = (a[1]-a[0])*(b[1]-b[0]) % P, (a[1]+a[0])*(b[1]+b[0]) % P
    g, h = 2*a[3]*b[3]*D % P, 2*a[2]*b[2] % P
    p, q, r, s = f-e, h-g, h+g, f+e
    return (p*q % P, r*s % P, q*r % P, p*s % P)
def times(n, a):
    out = (0, 1, 1, 0)
    while n: out, a, n = (add(out, a) if n & 1 else out), add(a, a), n >> 1
    return out
def point(b):
    y = int.from_bytes(b, "little"); sign, y = y >> 255, y & (2**255 - 1)
    xx = (y*y-1) * pow(D*y*y+1, P-2, P) % P; x = pow(xx, (P+3)//8, P)
    if (x*x - xx) % P: x = x * pow(2, (P-1)//4, P) % P
    if (x*x - xx) % P or y >= P: raise ValueError("no point of the curve")
    x = P - x if x & 1 != sign else x
    return (x, y, 1, x*y % P)
def signed(key, text, sig):
    s, k = int.from_bytes(sig[32:], "little"), hashlib.sha512(sig[:32] + key + text).digest()
    a, b = times(s, point((4 * pow(5, P-2, P) % P).to_bytes(32, "little"))), add(point(sig[:32]), times(int.from_bytes(k, "little") % L, point(key)))
    return s < L and (a[0]*b[2] - b[0]*a[2]) % P == 0 and (a[1]*b[2] - b[1]*a[2]) % P == 0

def need(true, what):
    if not true: sys.exit(print(f"wrong: {what}") or 1)
def chain(number, state, folder, part):  # the records of one file, following `number` under the chain hash `state`
    data = (folder / part["file"]).read_bytes()
    need(hashlib.sha256(data).hexdigest() == part["sha256"] and data.count(b"\n") == part["lines"], f"{part['file']} is not the file of the proof")
    for line in map(json.loads, data.splitlines()):
        raw, number = bytes.fromhex(line["raw"]), number + 1
        size, n = b"", len(raw)
        while n >= 128: size, n = size + bytes([n & 127 | 128]), n >> 7
        state = hashlib.sha256(state + bytes([line["kind"], line["version"]]) + size + bytes([n]) + raw).digest()
        need(line["number"] == number and line.get("hash", state.hex()) == state.hex(), f"entry {number} is missing or was changed")
    return number, state
folder = Path(sys.argv[1]); proof = json.loads((folder / "proof.json").read_text()); mark = proof["checkpoint"]
key = bytes.fromhex(Path(sys.argv[2]).read_text().strip() if len(sys.argv) > 2 else proof["public_key"])
end = chain(proof["before"]["number"], bytes.fromhex(proof["before"]["hash"]), folder, proof["entries"])
need((proof["after"]["number"], proof["after"]["hash"]) == (end[0], end[1].hex()), "the entries do not end where the proof says")
end = chain(*end, folder, proof["bridge"])
need((mark["number"], mark["hash"]) == (end[0], end[1].hex()), "the checkpoint is not of this chain")
text = f"watchfire checkpoint 1\n{mark['number']}\n{mark['hash']}\n{mark['time']}\n{mark['key']}\n".encode()
need(hashlib.sha256(key).hexdigest()[:16] == mark["key"] and signed(key, text, bytes.fromhex(mark["signature"])), "the checkpoint is forged")
need(signed(key, (folder / "proof.json").read_bytes(), bytes.fromhex((folder / "proof.sig").read_text())), "proof.json is not as it was signed")
own = "" if len(sys.argv) > 2 else " by the key in the export itself, which proves nothing about who wrote it"
print(f"ok{own}: entries {proof['first']} to {proof['last']}, signed at {mark['time']} by {mark['key']}")

"""Two families of ciphers keep one contract, compute what their standards print, and live in one key file."""

import json
from pathlib import Path

import pytest

from backend.privacy.blind_index import digest, digests
from backend.privacy.chain import Batch, LineBroken, batch_line, mac_row, parse_batch_line
from backend.privacy.ciphers import CIPHERS, Algorithm, Key, SealBroken, mac
from backend.privacy.keys import KeyRing, KeysUnusable, load, make, retire, rotate
from backend.privacy.seal import Place, seal, seal_bytes, unseal, unseal_bytes

pytestmark = pytest.mark.shows("scale.7")
HERE = Place("people", "id_sealed", 7)
AES, SM = "aes", "sm"


@pytest.fixture(params=[AES, SM])
def keys(request: pytest.FixtureRequest, tmp_path: Path) -> KeyRing:
    return make(tmp_path / "keys.json", request.param)


@pytest.mark.parametrize(
    ("algorithm", "secret", "nonce", "plain", "bound", "sealed"),
    [
        pytest.param(
            "sm4-gcm",
            "0123456789abcdeffedcba9876543210",
            "00001234567800000000abcd",
            "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
            "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
            "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
            "83de3541e4c2b58177e065a9bf7b62ec",
            id="SM4-GCM, RFC 8998 appendix A.1",
        ),
        pytest.param(
            "aes-256-gcm",
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
            "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
            "feedfacedeadbeeffeedfacedeadbeefabaddad2",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
            "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
            "76fc6ece0f4e1768cddf8853bb2d551b",
            id="AES-256-GCM, the GCM specification's test case 16",
        ),
    ],
)
def test_a_cipher_computes_what_its_standard_prints(
    algorithm: str, secret: str, nonce: str, plain: str, bound: str, sealed: str
) -> None:
    cipher, (secret_, nonce_, plain_, bound_, sealed_) = (
        CIPHERS[algorithm],
        map(bytes.fromhex, (secret, nonce, plain, bound, sealed)),
    )

    assert cipher.encrypt(secret_, nonce_, plain_, bound_) == sealed_
    assert cipher.decrypt(secret_, nonce_, sealed_, bound_) == plain_


@pytest.mark.parametrize(
    ("algorithm", "secret", "message", "expected"),
    [
        pytest.param(
            "hmac-sm3",
            bytes(range(1, 33)),
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq" * 2,
            "ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a",
            id="HMAC-SM3, GM/T 0042-2015 appendix D.3",
        ),
        pytest.param(
            "hmac-sha256",
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            id="HMAC-SHA256, RFC 4231 section 4.3",
        ),
    ],
)
def test_a_keyed_digest_is_what_its_standard_prints(
    algorithm: Algorithm, secret: bytes, message: bytes, expected: str
) -> None:
    assert mac(Key(algorithm, secret), message).hex() == expected


def test_what_was_sealed_opens_in_its_place_only(keys: KeyRing) -> None:
    token, content = seal("屋顶漏雨", keys=keys, place=HERE), seal_bytes(b"photo" * 1000, keys=keys, place=HERE)

    assert unseal(token, keys=keys, place=HERE) == "屋顶漏雨"
    assert unseal_bytes(content, keys=keys, place=HERE) == b"photo" * 1000
    assert token != seal("屋顶漏雨", keys=keys, place=HERE)
    for other in (HERE._replace(row=8), HERE._replace(column="phone"), HERE._replace(table="staff")):
        with pytest.raises(SealBroken):
            unseal(token, keys=keys, place=other)
        with pytest.raises(SealBroken):
            unseal_bytes(content, keys=keys, place=other)


def test_whatever_is_changed_or_cut_does_not_open(keys: KeyRing) -> None:
    content = seal_bytes(b"photo", keys=keys, place=HERE)

    for at in range(len(content)):
        for changed in (content[:at], content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]):
            with pytest.raises(SealBroken):
                unseal_bytes(changed, keys=keys, place=HERE)


def test_the_trail_is_bound_to_its_key(keys: KeyRing, tmp_path: Path) -> None:
    other = make(tmp_path / "other.json", SM)
    row = mac_row(keys=keys, previous="", payload={"did": "approve"})
    line = batch_line(Batch(no=1, count=1, root=row[1], previous_root="b" * 64), keys=keys)

    assert mac_row(keys=keys, previous="", payload={"did": "approve"}, key_id=row[0]) == row
    assert mac_row(keys=other, previous="", payload={"did": "approve"})[1] != row[1]
    assert parse_batch_line(line, keys=keys).root == row[1]
    with pytest.raises(LineBroken):
        parse_batch_line(line.replace(row[1], "0" * 64), keys=keys)


def test_from_one_family_to_the_other_and_back_everything_old_still_opens(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    make(path, AES)
    tokens, known, rows = [], set(), []
    for suite in (AES, SM, AES):
        ring = load(path)
        tokens.append(seal("屋顶漏雨", keys=ring, place=HERE))
        known.add(digest("13812345678", keys=ring, kind="phone"))
        rows.append(mac_row(keys=ring, previous="", payload={"did": "approve"}))
        for name in ("seal", "index", "audit"):
            rotate(path, name, SM if suite == AES else AES)

    ring = load(path)

    assert [token[:2] for token in tokens] == ["a1", "s1", "a1"]
    assert {unseal(token, keys=ring, place=HERE) for token in tokens} == {"屋顶漏雨"}
    assert known < set(digests("13812345678", keys=ring, kind="phone"))
    assert [mac_row(keys=ring, previous="", payload={"did": "approve"}, key_id=key_id) for key_id, _ in rows] == rows
    first = tokens[0].split(".")[1]
    retire(path, "seal", first)
    with pytest.raises(SealBroken):
        unseal(tokens[0], keys=load(path), place=HERE)


def test_a_key_opens_with_its_own_cipher_only(tmp_path: Path) -> None:
    keys = make(tmp_path / "keys.json", SM)
    token = seal("屋顶漏雨", keys=keys, place=HERE)

    with pytest.raises(SealBroken):
        unseal("a1" + token[2:], keys=keys, place=HERE)


def test_a_key_file_of_the_first_release_reads_and_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = make(path)
    stored = json.loads(path.read_text())["rings"]

    assert all(isinstance(key, str) for ring in stored.values() for key in ring["keys"].values())
    assert load(path) == made
    fresh = rotate(path, "seal", SM)
    both = json.loads(path.read_text())["rings"]["seal"]["keys"]
    assert both[made.seal.current] == stored["seal"]["keys"][made.seal.current]
    assert both[fresh]["algorithm"] == "sm4-gcm"


@pytest.mark.parametrize(
    "stored",
    [
        {"algorithm": "rot13", "key": "c2hvcnQ="},
        {"algorithm": "sm4-gcm", "key": "c2hvcnQ="},
        {"algorithm": "hmac-sm3", "key": "A" * 43 + "="},
        {"key": "A" * 43 + "="},
        7,
    ],
)
def test_a_key_for_what_nobody_knows_is_refused(tmp_path: Path, stored: object) -> None:
    path = tmp_path / "keys.json"
    make(path)
    content = json.loads(path.read_text())
    content["rings"]["seal"]["keys"][content["rings"]["seal"]["current"]] = stored
    path.write_text(json.dumps(content))

    with pytest.raises(KeysUnusable, match="备份"):
        load(path)


def test_a_word_that_names_no_ciphers_makes_no_key(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    make(path)
    before = path.read_bytes()

    with pytest.raises(KeysUnusable, match="CIPHERS=des"):
        rotate(path, "seal", "des")

    assert path.read_bytes() == before

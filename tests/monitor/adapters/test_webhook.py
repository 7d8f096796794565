"""Bodies in a form of their own: the messages of the one-stop exchange, posted into a real service."""

from http import HTTPStatus
from typing import Any

import pytest

from monitor.adapters.webhook import read_webhooks, shipped_webhooks
from monitor.config import Config, read_config
from sim import ConfigError

RECORD = {
    "MaHoSo": "000.00.19.H26-250701-0001",
    "MaTTHC": "1.004227.000.00.00.H26",
    "MaLinhVuc": "Đất đai",
    "TrangThaiHoSo": "2",
    "NgayTiepNhan": "20250701073000",
    "NgayHenTra": "20250703170000",
    "NgayKetThucXuLy": "",
    "NgayTra": "",
    "KenhThucHien": "1",
    "ChuHoSo": "somebody",
    "SoDienThoai": "0912345678",
    "Email": "somebody@example.org",
}
PROGRESS = {"MaHoSo": RECORD["MaHoSo"], "TrangThai": "5", "ThoiDiemXuLy": "20250701090000", "NguoiXuLy": "an officer"}
PROCEDURE = "1-004227-000-00-00-H26"


@pytest.fixture
def config(config: Config) -> Config:
    """Return a configuration with the exchange's webhook."""
    return config.model_copy(update={"webhooks": {"one-stop": "vn-one-stop"}})


def receipt(
    accepted: int, duplicate: int, *, silent: int = 0, missing: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    """Return the answer to a body."""
    missing = missing or {}
    told = {"silent": silent, "not_understood": len(missing), "missing": missing}
    return {"accepted": accepted, "duplicate": duplicate, **told}


async def post(service: Any, *rows: dict[str, str], name: str = "one-stop") -> tuple[int, dict[str, Any]]:
    """Post rows and return the status and the answer."""
    async with service.session.post(f"/api/v1/webhooks/{name}", json=list(rows)) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_record_is_followed_through_its_messages(service: Any, config: Config) -> None:
    """Received, asked for a supplement, supplemented, settled, handed out; and nobody is named anywhere."""
    assert await post(service, RECORD) == (200, receipt(1, 0))
    assert await post(service, RECORD | {"NgayHenTra": "20250704170000"}) == (200, receipt(0, 1))
    later = {"TrangThai": "4", "ThoiDiemXuLy": "20250701100000"}
    assert await post(service, PROGRESS, PROGRESS | later) == (200, receipt(2, 0))
    samples = await service.samples()
    assert samples[f"centre_records_in_progress procedure={PROCEDURE}"] == 1
    settled = {"TrangThaiHoSo": "9", "NgayKetThucXuLy": "20250701110000"}
    returned = settled | {"TrangThaiHoSo": "10", "NgayTra": "20250701113000"}
    assert await post(service, RECORD | settled) == (200, receipt(1, 1))
    assert await post(service, RECORD | returned) == (200, receipt(1, 2))
    samples = await service.samples()
    assert samples[f"centre_records_settled_total procedure={PROCEDURE}"] == 1
    assert samples[f"centre_records_settled_late_total procedure={PROCEDURE}"] == 0
    stored = b"".join(file.read_bytes() for file in config.store.parent.glob(f"{config.store.name}*"))
    assert not [word for word in ("somebody", "an officer", "0912345678", RECORD["MaHoSo"]) if word.encode() in stored]


@pytest.mark.parametrize("state", ["1", "3", "7", "8"])
async def test_what_was_not_received_tells_nothing(service: Any, state: str) -> None:
    """A new, a rejected and a withdrawn record is none that the centre works on, and the answer says so."""
    assert await post(service, RECORD | {"TrangThaiHoSo": state}) == (200, receipt(0, 0, silent=1))


@pytest.mark.parametrize(
    "end",
    [
        RECORD | {"TrangThaiHoSo": "7", "NgayKetThucXuLy": "20250701110000"},
        PROGRESS | {"TrangThai": "8", "ThoiDiemXuLy": "20250701110000"},
    ],
    ids=["withdrawn", "stopped"],
)
async def test_a_record_without_a_result_leaves_the_backlog(service: Any, end: dict[str, str]) -> None:
    """Withdrawn or stopped, by its message or its progress: neither in the backlog nor settled nor late."""
    await post(service, RECORD, end)
    samples = await service.samples()
    assert samples[f"centre_records_withdrawn_total procedure={PROCEDURE}"] == 1
    assert samples[f"centre_records_in_progress procedure={PROCEDURE}"] == 0
    assert samples[f"centre_records_settled_total procedure={PROCEDURE}"] == 0
    assert "centre_records_settled_on_time_ratio" not in samples


async def test_what_is_not_understood_is_said(service: Any) -> None:
    """Rows of another kind are counted, with what they lack; a body of nothing else is refused, and counted as such."""
    other = {"MaHoSo": "another", "SoDienThoai": "0912345678"}
    lacks = ["NgayTiepNhan", "TrangThaiHoSo"]
    status, answer = await post(service, other, RECORD, other)
    assert (status, answer) == (200, receipt(1, 0, missing={"0": lacks, "2": lacks}))
    status, answer = await post(service, other, other)
    assert status == HTTPStatus.UNPROCESSABLE_ENTITY
    assert answer["detail"] == "no row of the body is understood; the first lacks NgayTiepNhan, TrangThaiHoSo"
    assert "0912345678" not in str(answer)
    assert (await service.samples())["centre_requests_refused_total reason=invalid"] == 1
    assert await post(service) == (200, receipt(0, 0))


@pytest.mark.parametrize(
    ("row", "detail"),
    [
        ({"NgayTiepNhan": "01/07/2025"}, "record.received: column NgayTiepNhan is no instant like %Y%m%d%H%M%S"),
        ({"MaTTHC": ""}, "record.received: procedure would be empty ({MaTTHC|name})"),
    ],
)
async def test_a_body_that_cannot_be_told_is_refused_whole(service: Any, row: dict[str, str], detail: str) -> None:
    """One row that is wrong keeps the others out; the answer shows nothing of it."""
    status, answer = await post(service, RECORD | {"MaHoSo": "another"}, RECORD | row)
    assert status == HTTPStatus.BAD_REQUEST
    assert detail in answer["detail"]
    assert "somebody" not in str(answer)
    assert f"centre_records_received_total procedure={PROCEDURE}" not in await service.samples()


async def test_other_bodies_and_names_are_refused(service: Any) -> None:
    """What is no JSON, no object, or no webhook."""
    for body, content_type, status in (
        ("{", "application/json", HTTPStatus.BAD_REQUEST),
        ("[1]", "application/json", HTTPStatus.BAD_REQUEST),
        ("{}", "text/plain", HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    ):
        headers = {"Content-Type": content_type}
        async with service.session.post("/api/v1/webhooks/one-stop", data=body, headers=headers) as answer:
            assert answer.status == status, await answer.text()
    assert (await post(service, RECORD, name="nothing"))[0] == HTTPStatus.NOT_FOUND


def test_the_configuration_names_mappings(tmp_path: Any) -> None:
    """A file beside the configuration, or one that comes with the program; what is none is one error."""
    file = tmp_path / "monitor.yaml"
    file.write_text("webhooks: {a: vn-one-stop, b: b.yaml}\n", "utf-8")
    webhooks = read_config(file).webhooks
    assert webhooks == {"a": "vn-one-stop", "b": str(tmp_path / "b.yaml")}
    with pytest.raises(ConfigError, match=r"b\.yaml: found no such file"):
        read_webhooks(webhooks)
    (tmp_path / "b.yaml").write_text("source: /b\nrows: data\ntells: []\n", "utf-8")
    with pytest.raises(ConfigError, match="tells"):
        read_webhooks(webhooks)
    assert shipped_webhooks() == ["vn-one-stop"]

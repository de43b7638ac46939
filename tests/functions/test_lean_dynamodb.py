"""What only our own client does: keep connections, check what arrives, and say nothing of it."""

from __future__ import annotations

import logging
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from botocore.exceptions import EndpointConnectionError, NoRegionError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from dynamodb_world import PATIENT_SECONDS, REGION, altered, dropped, lean, refused, said

from functions.score.dynamodb.connections import (
    ANSWER_SECONDS,
    BOTOCORE_AUTHORITIES,
    Connections,
    answer_seconds,
    endpoint_url,
    region_name,
    trusted_authorities,
)
from functions.score.dynamodb.lean import LeanDynamoDB, UnreadableAnswerError
from functions.score.dynamodb.signing import Credentials

HOUR = timedelta(hours=1)
COPY = {"control": {"Keys": [{"control_id": {"S": "copy#0"}}]}}


@pytest.fixture
def client(faulty) -> LeanDynamoDB:
    """Our own client, with one control item to read."""
    client = lean(faulty.url)
    client.put_item(TableName="control", Item={"control_id": {"S": "copy#0"}, "document": {"S": "{}"}})
    faulty.served.clear()
    return client


def test_one_connection_serves_call_after_call(client, faulty):
    """Refusals included."""
    faulty.faults["Query"] = [refused("ValidationException")]
    for _ in range(5):
        client.batch_get_item(RequestItems=COPY)
        with pytest.raises(Exception, match="ValidationException"):
            client.query(TableName="control")
    assert faulty.connections == 1


def test_threads_share_connections_and_never_an_answer(client, faulty):
    """Each exchange holds its connection for itself."""

    def stored(number: int) -> str:
        item = {"control_id": {"S": f"copy#{number}"}, "document": {"S": str(number)}}
        client.put_item(TableName="control", Item=item)
        return client.get_item(TableName="control", Key={"control_id": {"S": f"copy#{number}"}})["Item"]["document"]["S"]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(stored, range(40))) == [str(number) for number in range(40)]
    assert faulty.connections <= 4


def test_after_a_dropped_connection_the_next_is_new(client, faulty):
    """The others that idle are likely to be as dead."""
    faulty.faults["BatchGetItem"] = [dropped, lambda forward, _: forward()]
    assert client.batch_get_item(RequestItems=COPY)["Responses"]["control"]
    assert faulty.connections == 2


@pytest.mark.parametrize(
    "fault",
    [
        altered,
        said(b"null"),
        said(b"[]"),
        said(b'{"Responses": {"control": [{"control_id": "copy#0"}]}}'),
        said(b'{"Responses": {"control": [{"values": {"B": "no base64"}}]}}'),
    ],
)
def test_an_answer_that_is_none_is_tried_again_and_not_quoted(client, faulty, fault):
    """Neither in the error nor in its cause."""
    faulty.faults["BatchGetItem"] = [fault]
    with pytest.raises(UnreadableAnswerError) as unreadable:
        client.batch_get_item(RequestItems=COPY)
    assert (str(unreadable.value), unreadable.value.__cause__) == ("The answer to BatchGetItem is unreadable", None)
    assert faulty.served == ["BatchGetItem"] * 2
    faulty.faults["BatchGetItem"] = [fault, lambda forward, _: forward()]
    assert client.batch_get_item(RequestItems=COPY)["Responses"]["control"]


def test_nothing_of_a_payload_is_logged(client, faulty, caplog):
    """Not even where it fails."""
    faulty.faults["PutItem"] = [refused("ThrottlingException"), dropped]
    with caplog.at_level(logging.DEBUG), pytest.raises(Exception, match="closed"):
        client.put_item(TableName="control", Item={"control_id": {"S": "secret"}})
    assert not [record for record in caplog.records if record.name.startswith("functions")]


def test_a_value_that_is_no_attribute_is_refused_before_it_is_sent(client, faulty):
    """Only bytes become base64."""
    with pytest.raises(TypeError):
        client.put_item(TableName="control", Item={"control_id": {"S": object()}})
    assert faulty.served == []


def test_the_checksum_of_the_store_itself_is_right(aws, moto_url):
    """With nothing in between."""
    client = lean(moto_url)
    client.put_item(TableName="control", Item={"control_id": {"S": "copy#0"}})
    assert client.batch_get_item(RequestItems=COPY)["Responses"] == {"control": [{"control_id": {"S": "copy#0"}}]}


def test_the_endpoint_is_the_environments_or_the_regions():
    """In the words of every AWS SDK, the service's own first."""
    both = {"AWS_ENDPOINT_URL_DYNAMODB": "http://a", "AWS_ENDPOINT_URL": "http://b"}
    assert endpoint_url(REGION, both) == "http://a"
    assert endpoint_url(REGION, {"AWS_ENDPOINT_URL": "http://b"}) == "http://b"
    assert endpoint_url(REGION, {}) == "https://dynamodb.eu-north-1.amazonaws.com"
    assert endpoint_url("cn-north-1", {}) == "https://dynamodb.cn-north-1.amazonaws.com.cn"


def test_the_region_is_the_environments_or_an_error():
    """Lambda's own name for it first."""
    assert region_name({"AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"}) == "a"
    assert region_name({"AWS_DEFAULT_REGION": "b"}) == "b"
    with pytest.raises(NoRegionError):
        region_name({})


def test_the_authorities_trusted_are_those_of_boto3():
    """Or those the operator names."""
    assert trusted_authorities({}) == BOTOCORE_AUTHORITIES
    assert str(trusted_authorities({"AWS_CA_BUNDLE": "/etc/ca.pem"})) == "/etc/ca.pem"


def test_the_store_is_waited_for_as_long_as_the_environment_says():
    """A stand-in on a busy laptop is given longer than DynamoDB; a nonsensical limit is refused by its name."""
    assert answer_seconds({}) == answer_seconds({"DYNAMODB_ANSWER_SECONDS": ""}) == ANSWER_SECONDS
    assert answer_seconds({"DYNAMODB_ANSWER_SECONDS": "10"}) == 10
    for nonsense in ("0", "-1", "inf", "nan", "soon"):
        with pytest.raises(ValueError, match=f"DYNAMODB_ANSWER_SECONDS is {nonsense}"):
            answer_seconds({"DYNAMODB_ANSWER_SECONDS": nonsense})


@pytest.fixture
def certificate(tmp_path) -> Path:
    """Key and self-signed certificate of a server called localhost."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now - HOUR, now + HOUR)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path: Path = tmp_path / "server.pem"
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.fixture
def tls_port(certificate) -> Iterator[int]:
    """A server behind that certificate whose every answer is empty."""

    class Empty(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.send_response(200)
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    with ThreadingHTTPServer(("127.0.0.1", 0), Empty) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def patient(url: str, authorities: Path) -> Connections:
    """Connections that a busy machine may take its time for."""
    return Connections(url, authorities=authorities, connect_seconds=PATIENT_SECONDS, answer_seconds=PATIENT_SECONDS)


def test_a_server_is_talked_to_when_an_authority_vouches_for_it(certificate, tls_port):
    """The operator's own authority, for an endpoint of his own."""
    client = LeanDynamoDB(patient(f"https://localhost:{tls_port}", certificate), lambda: Credentials("x", "x"), REGION)
    assert client.get_item(TableName="control", Key={}) == {}


@pytest.mark.parametrize(("host", "is_vouched_for"), [("localhost", False), ("127.0.0.1", True)])
def test_an_unknown_certificate_or_one_of_another_name_is_refused(certificate, tls_port, host, is_vouched_for):
    """There is no setting that skips it."""
    authorities = certificate if is_vouched_for else BOTOCORE_AUTHORITIES
    client = LeanDynamoDB(patient(f"https://{host}:{tls_port}", authorities), lambda: Credentials("x", "x"), REGION)
    with pytest.raises(EndpointConnectionError) as refusal:
        client.get_item(TableName="control", Key={})
    assert isinstance(refusal.value.__cause__, ssl.SSLCertVerificationError)

def pytest_addoption(parser):
    group = parser.getgroup("PyTorch as the oracle")
    group.addoption(
        "--configurations",
        type=int,
        default=300,
        help="how many drawn configurations are compared with PyTorch",
    )
    group.addoption(
        "--configurations-seed", type=int, default=1, help="the seed that they are drawn from"
    )
    parser.addoption(
        "--refresh-snapshots",
        action="store_true",
        help="write tests/page/snapshots anew; read the difference before you commit it",
    )

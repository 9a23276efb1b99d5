"""A corpus small enough to read and to train on within a second: sixteen headlines a class, written for the tests."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from moe_demo.config import RunConfig
from moe_demo.presets import preset
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.store import RunStore
from moe_demo.text.corpus import LABELS, Corpus, Headline, Split, stratified_split

_HEADLINES = {
    "tech": """
        新款手机芯片性能提升三成
        国产操作系统发布桌面版本
        卫星互联网完成首次通话测试
        笔记本电脑换上折叠屏幕
        人工智能模型学会阅读病历
        量子计算机突破一千比特
        云服务商下调存储价格
        无人机送货进入山区
        浏览器修复严重安全漏洞
        相机传感器尺寸再创纪录
        固态电池手机年底量产
        程序员用开源工具翻译古籍
        火箭回收试验取得成功
        耳机支持实时翻译功能
        数据中心改用海水冷却
        电商平台测试机器人仓库
    """,
    "sports": """
        主队加时绝杀晋级四强
        射门两次击中门柱无缘进球
        短跑名将刷新个人百米成绩
        女排姑娘连胜五场领跑积分榜
        网球新秀首进大满贯正赛
        游泳接力队打破亚洲纪录
        教练赛后谈防守失误
        中锋抢下二十个篮板
        乒乓球公开赛男双夺冠
        裁判判罚引发争议，俱乐部上诉
        马拉松冠军最后一公里反超
        后卫膝盖受伤赛季报销
        羽毛球混双组合遗憾摘银
        联赛转会窗口今日关闭
        围棋少年战胜九段棋手
        冰球队客场3比2逆转
    """,
    "entertainment": """
        新片首日票房破亿
        歌手巡回演唱会加演两场
        电视剧大结局收视登顶
        导演透露续集明年开拍
        话剧演员时隔十年重返舞台
        综艺节目嘉宾阵容曝光
        动画电影入围柏林展映
        女星晒出婚纱照获粉丝祝福
        乐队发行纪念专辑
        纪录片讲述老戏骨的一生
        颁奖礼红毯造型引热议
        喜剧新人凭脱口秀走红
        古装剧杀青，主演合影告别
        主持人宣布退出晚会
        音乐剧中文版售票秒空
        明星夫妻为山区小学捐书
    """,
}


def corpus() -> Corpus:
    """All of them."""
    headlines = [
        Headline(line.strip(), label)
        for label, text in _HEADLINES.items()
        for line in text.strip().split("\n")
    ]
    return Corpus(tuple(headlines), LABELS, source="toy")


def split() -> Split:
    """Twelve a class to train on, four held out."""
    return stratified_split(corpus(), 0.25)


def config(name: str = "deepseek", **values: object) -> RunConfig:
    """A preset made tiny: a step takes milliseconds. `values` are fields of RunConfig.

    What is tuned in the presets is fixed here, so that tuning them changes no test.
    """
    config = preset(name)
    tiny = {"dim": 16, "n_heads": 2, "expert_dim": 8, "n_buckets": 64, "dropout": 0.1, "token_dropout": 0.0}
    tiny |= {"embedding_std": 0.1, "router_std": 0.1}
    model = replace(config.model, **tiny, ffn_dim=16 if config.model.ffn_dim else 0)
    fixed = {
        "epochs": 4,
        "batch_size": 8,
        "min_count": 1,
        "held_out_fraction": 0.25,
        "lr": 3e-3,
        "patience": 3,
        "outlier_weight": 0.0,
        "words_left_out": 0.0,
        "confidence_temperature": 1.0,
        "balance": replace(config.balance, calibration_passes=0),
    }
    return replace(config, **{"model": model, **fixed, **values})


def write_csv(path: Path) -> Path:
    """The corpus as a file."""
    rows = [f"{headline.text},{headline.label}" for headline in corpus().headlines]
    path.write_text(
        "\n".join(["text,label", *[row.replace("，", " ") for row in rows]]) + "\n", encoding="utf-8"
    )
    return path


def as_options(config: RunConfig) -> list[str]:
    """The command line's `--set` options that turn the preset into this config."""
    base, wanted = preset(config.preset).to_dict(), config.to_dict()
    pairs = {f"{part}.{name}": value for part in ("model", "balance") for name, value in wanted[part].items()}
    pairs |= {name: value for name, value in wanted.items() if not isinstance(value, dict)}
    known = {
        f"{part}.{name}": value for part in ("model", "balance") for name, value in base[part].items()
    } | base
    return [
        option
        for name, value in pairs.items()
        if value != known[name]
        for option in ("--set", f"{name}={value if isinstance(value, str) else json.dumps(value)}")
    ]


def record_of(folder: Path) -> tuple[dict[str, bytes], list[StepMetrics | EvalMetrics]]:
    """All that two equal runs have in common: every checkpoint's bytes, and the metrics."""
    checkpoints = {path.name: path.read_bytes() for path in (folder / "checkpoints").iterdir()}
    records, notice = RunStore(folder).metrics()
    assert notice == ""
    return checkpoints, records
